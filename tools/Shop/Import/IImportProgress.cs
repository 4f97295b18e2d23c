namespace DaprShop.Shop.Import;

/// <summary>Told how far the import is.</summary>
internal interface IImportProgress
{
    void Stage(string what, int of);

    void Done(int count);

    /// <summary>Orders accepted, of them settled, and the accepted orders per second so far.</summary>
    void Orders(int accepted, int settled, double perSecond);
}
