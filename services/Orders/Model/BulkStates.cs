namespace DaprShop.Orders.Model;

/// <summary>Where a bulk job stands.</summary>
internal static class BulkStates
{
    /// <summary>The file has not come to its end.</summary>
    public const string Receiving = "receiving";

    /// <summary>All rows are looked at before the first is accepted.</summary>
    public const string Checking = "checking";

    public const string Running = "running";

    /// <summary>Every row is accepted, rejected or parked. Final, until an operator retries a parked row.</summary>
    public const string Done = "done";

    /// <summary>The file has errors, and its policy is <c>reject_everything</c>. Final.</summary>
    public const string Rejected = "rejected";

    /// <summary>A job of which a worker is to take no more; it is told instead of the state.</summary>
    public const string Paused = "paused";
}

/// <summary>Where a row of a bulk job stands.</summary>
internal static class BulkRowStates
{
    public const string Pending = "pending";

    /// <summary>Without errors, in a job that looks at all rows first.</summary>
    public const string Checked = "checked";

    public const string Accepted = "accepted";
    public const string Rejected = "rejected";

    /// <summary>It made its transaction fail, time and again: an operator's.</summary>
    public const string Parked = "parked";
}
