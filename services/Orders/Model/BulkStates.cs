namespace DaprShop.Orders.Model;

/// <summary>The states of a bulk job.</summary>
internal static class BulkStates
{
    /// <summary>The file has not ended.</summary>
    public const string Receiving = "receiving";

    /// <summary>All rows are checked before the first is accepted.</summary>
    public const string Checking = "checking";

    public const string Running = "running";

    /// <summary>Every row is accepted, rejected or parked. Final, until an operator retries a parked row.</summary>
    public const string Done = "done";

    /// <summary>The file has errors, and its policy is <c>reject_everything</c>. Final.</summary>
    public const string Rejected = "rejected";

    /// <summary>Ended by its caller before every row was decided. Final; what it accepted stays.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>True where the job accepts no more rows.</summary>
    public static bool IsFinal(string state) => state is Done or Rejected or Abandoned;

    /// <summary>Shown instead of the state of a paused job.</summary>
    public const string Paused = "paused";
}

/// <summary>The states of a row of a bulk job.</summary>
internal static class BulkRowStates
{
    public const string Pending = "pending";

    /// <summary>Without errors, in a job that checks all rows first.</summary>
    public const string Checked = "checked";

    public const string Accepted = "accepted";
    public const string Rejected = "rejected";

    /// <summary>Made its transaction fail repeatedly; an operator must inspect it.</summary>
    public const string Parked = "parked";
}
