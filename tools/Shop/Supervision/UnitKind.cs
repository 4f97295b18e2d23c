namespace DaprShop.Shop.Supervision;

/// <summary>What a unit is for: apps are stopped before the infrastructure they stand on.</summary>
internal enum UnitKind
{
    Infra,
    App,
}
