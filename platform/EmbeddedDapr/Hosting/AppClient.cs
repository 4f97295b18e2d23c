using System.Net;

namespace EmbeddedDapr.Hosting;

/// <summary>The connections to the apps. Nothing about a message is changed on its way.</summary>
internal sealed class AppClient : HttpMessageInvoker
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public AppClient()
        : base(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                ConnectTimeout = ConnectTimeout,
            }
        ) { }

    /// <summary>True when nobody answered the connection, or not in time: the app has seen nothing of the request.</summary>
    public static bool IsAway(Exception? e) =>
        e
            is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                or OperationCanceledException { InnerException: TimeoutException };
}
