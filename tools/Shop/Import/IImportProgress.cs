namespace DaprShop.Shop.Import;

/// <summary>Receives the progress of an import.</summary>
internal interface IImportProgress
{
    /// <param name="name">The stage that starts.</param>
    /// <param name="total">Its number of items; 0 where it is unknown.</param>
    void Stage(string name, int total);

    /// <summary>The number of items of the stage that are done.</summary>
    void Done(int count);

    /// <summary>Orders accepted so far, those of them that are settled, and accepted orders per second.</summary>
    void Orders(int accepted, int settled, double perSecond);

    /// <summary>All orders are accepted; these of the import, by status, are not settled yet.</summary>
    void Waiting(IReadOnlyDictionary<string, int> byStatus);
}
