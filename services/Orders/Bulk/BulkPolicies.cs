namespace DaprShop.Orders.Bulk;

/// <summary>What becomes of a bulk file with errors in it.</summary>
internal static class BulkPolicies
{
    /// <summary>One error, and nothing of the file is accepted.</summary>
    public const string RejectEverything = "reject_everything";

    /// <summary>Rows without errors are accepted.</summary>
    public const string RejectFailedRows = "reject_failed_rows";

    /// <summary>Lines without errors are accepted; a row is rejected when none of its lines is left.</summary>
    public const string IgnoreFailed = "ignore_failed";

    public static readonly string[] Names = [RejectEverything, RejectFailedRows, IgnoreFailed];
}
