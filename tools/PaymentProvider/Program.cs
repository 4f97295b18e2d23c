namespace DaprShop.PaymentProvider;

// Not top-level statements: their public class Program would clash with those of the services in tests.
internal static class EntryPoint
{
    private static Task Main(string[] args) => ProviderApp.Create(args).RunAsync();
}
