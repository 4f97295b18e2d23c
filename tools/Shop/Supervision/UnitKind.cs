namespace DaprShop.Shop.Supervision;

/// <summary>The purpose of a unit. Apps are stopped before the infrastructure that they use.</summary>
internal enum UnitKind
{
    Infra,
    App,
}
