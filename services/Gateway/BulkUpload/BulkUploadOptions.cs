using System.ComponentModel.DataAnnotations;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Settings of bulk uploads, section <c>BulkUpload</c>.</summary>
internal sealed class BulkUploadOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "BulkUpload";

    /// <summary>
    /// How long one request of an upload to Orders is retried. After that no attempt begins, and the upload fails with
    /// 503.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RetryDuration { get; init; } = TimeSpan.FromSeconds(60);
}
