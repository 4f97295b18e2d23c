using DaprShop.Shop.Testing;

namespace DaprShop.Shop.Tests;

public sealed class TestJobsTests
{
    private static readonly ShopFolder Shop = ShopFolder.Find();

    [Fact]
    public void Each_class_that_a_job_names_exists()
    {
        foreach (var name in TestJobs.SystemJobs.SelectMany(job => job.Classes))
            File.Exists(Path.Combine(Shop.Root, "tests", "System.Tests", name + ".cs")).Should().BeTrue(name);
    }

    [Fact]
    public void Every_job_that_starts_shops_is_of_System_Tests_and_the_last_of_them_runs_the_classes_that_no_other_names()
    {
        var jobs = TestJobs.Of(Shop, "System.Tests").Where(job => job.StartsShops).ToList();

        jobs.Should().HaveCount(TestJobs.SystemJobs.Count);
        jobs[^1].Arguments.Should().Contain("-class-").And.Contain("DaprShop.SystemTests.KillTests");
    }

    [Fact]
    public void A_filter_selects_projects_by_name_and_otherwise_methods()
    {
        TestJobs.Of(Shop, "archi" + "tecture").Should().ContainSingle().Which.Arguments.Should().BeEmpty();
        TestJobs
            .Of(Shop, "testjobstests")
            .Should()
            .ContainSingle()
            .Which.Arguments.Should()
            .Equal("-method", "*testjobstests*");
        TestJobs.Of(Shop, "no such " + "test anywhere").Should().BeEmpty();
    }
}
