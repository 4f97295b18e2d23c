namespace DaprShop.Shop.Tests;

public sealed class DiskSpaceTests
{
    [Fact]
    public void A_disk_without_room_for_the_servers_is_a_problem_that_names_the_folder()
    {
        DiskSpace.Problem("/data", DiskSpace.Least).Should().BeNull();
        DiskSpace.Problem("/data", DiskSpace.Least - 1).Should().StartWith("disk: /data has 63 MB left");
        DiskSpace.Problem("/data", 0).Should().StartWith("disk: /data has 0 MB left");
    }

    [Fact]
    public void The_folders_of_a_shop_are_looked_at()
    {
        using var shop = new TemporaryShop();
        DiskSpace.Problem(shop.Folder).Should().BeNull("the tests themselves need room");
    }

    [Fact]
    public void Only_a_full_disk_counts_as_one()
    {
        DiskSpace.IsExhausted(new IOException("No space left on device", 28)).Should().BeTrue();
        DiskSpace
            .IsExhausted(new IOException("There is not enough space", unchecked((int)0x80070070)))
            .Should()
            .BeTrue();
        DiskSpace.IsExhausted(new FileNotFoundException()).Should().BeFalse();
        DiskSpace.IsExhausted(new InvalidOperationException { HResult = 28 }).Should().BeFalse();
    }
}
