using DaprShop.Shop.Testing;

namespace DaprShop.Shop.Tests;

public sealed class CheckoutCopyTests
{
    [Fact]
    public void A_copy_is_deleted_at_its_end()
    {
        using var shop = new TemporaryShop();
        File.WriteAllText(Path.Combine(shop.Folder.Root, "a"), "text");
        string folder;
        using (var copy = CheckoutCopy.Of(shop.Folder.Root, ["a", "not there any more"]))
        {
            folder = copy.Folder;
            File.ReadAllText(Path.Combine(folder, "a")).Should().Be("text");
        }

        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public void Where_a_file_cannot_be_copied_nothing_of_the_copy_is_left()
    {
        using var shop = new TemporaryShop();
        var mark = $"mark-{Guid.CreateVersion7():N}";
        File.WriteAllText(Path.Combine(shop.Folder.Root, mark), "");

        // The second copy of the same file fails.
        var copying = () => CheckoutCopy.Of(shop.Folder.Root, [mark, mark]);

        copying.Should().Throw<IOException>();
        Directory
            .EnumerateDirectories(Path.GetTempPath(), CheckoutCopy.Prefix + "*")
            .Where(copy => File.Exists(Path.Combine(copy, mark)))
            .Should()
            .BeEmpty();
    }
}
