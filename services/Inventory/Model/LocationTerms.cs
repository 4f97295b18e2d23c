namespace DaprShop.Inventory.Model;

/// <summary>The rules of a location.</summary>
/// <param name="Priority">Stock of the location with the lowest value sells first.</param>
/// <param name="Sold">Whether orders get its units.</param>
internal sealed record LocationTerms(int Priority = Level.DefaultPriority, bool Sold = true);
