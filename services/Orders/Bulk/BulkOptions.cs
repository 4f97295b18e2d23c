using System.ComponentModel.DataAnnotations;

namespace DaprShop.Orders.Bulk;

/// <summary>The settings of bulk jobs: section <c>Bulk</c>.</summary>
internal sealed class BulkOptions
{
    public const string Section = "Bulk";

    /// <summary>
    /// Unfinished orders of the saga at which bulk jobs add no more, so that single orders do not wait behind a whole
    /// file.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Backlog { get; init; } = 1_000;
}
