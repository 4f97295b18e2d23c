using DaprShop.Shop.Databases;

namespace DaprShop.Shop.Tests;

public sealed class LibpqUrlTests
{
    [Theory]
    [InlineData(
        "Host=127.0.0.1;Port=3540;Username=dapr_owner;Password=a b/c@d;Database=dapr",
        "postgres://dapr_owner:a%20b%2Fc%40d@127.0.0.1:3540/dapr?sslmode=prefer"
    )]
    [InlineData(
        "Host=db;Username=u;Password=p;Database=dapr;SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem",
        "postgres://u:p@db:5432/dapr?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
    )]
    public void The_url_has_the_same_server_user_and_database(string connectionString, string url) =>
        LibpqUrl.Of(connectionString).Should().Be(url);
}
