namespace DaprShop.Shop.Import;

/// <summary>
/// 100 generated orders with notes, services and returns in the form of the retail file, the same on every machine.
/// </summary>
internal static class Sample
{
    private const int Orders = 100;
    private const int Skus = 25;
    private const int Customers = 12;

    public static IEnumerable<RetailLine> Lines()
    {
        var random = new PseudoRandom(20_101_201);
        for (var order = 1; order <= Orders; order++)
        {
            var invoice = $"S{1000 + order}";
            var customer = random.Next(4) == 0 ? null : $"sample-customer-{random.Next(Customers)}";
            var lines = 1 + random.Next(5);
            for (var line = 0; line < lines; line++)
                yield return Goods(invoice, random.Next(Skus), 1 + random.Next(6), customer);
            if (order % 5 == 0)
                yield return new RetailLine(invoice, "POST", "POSTAGE", 1, 3.95m, customer);
            if (order % 20 == 0)
                yield return new RetailLine($"S{2000 + order}", "SAMPLE-01", "broken", -1, 0, null);
            if (order % 10 == 0)
                yield return Goods($"C{3000 + order}", random.Next(Skus), -(1 + random.Next(3)), customer);
        }
    }

    private static RetailLine Goods(string invoice, int sku, int quantity, string? customer) =>
        new(invoice, $"SAMPLE-{sku:00}", $"SAMPLE ARTICLE {sku}", quantity, 0.85m + (sku * 1.135m), customer);

    /// <summary>
    /// A linear congruential generator. Unlike <see cref="Random"/>, it produces the same numbers in every version of
    /// .NET.
    /// </summary>
    private sealed class PseudoRandom(uint seed)
    {
        private uint _state = seed;

        public int Next(int below)
        {
            _state = (_state * 1_664_525) + 1_013_904_223;
            return (int)((ulong)_state * (uint)below >> 32);
        }
    }
}
