using System.Net;
using System.Text;

namespace EmbeddedDapr.Hosting;

/// <summary>
/// The HTTP connections to the apps. Messages pass unchanged: no redirects, cookies or decompression.
/// </summary>
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
                // The encoding that Kestrel reads. Otherwise a request with a non-ASCII header could not be passed on.
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                ActivityHeadersPropagator = null,
                ConnectTimeout = ConnectTimeout,
            }
        ) { }

    /// <summary>
    /// True when the connection was refused or timed out, so that the app has received nothing of the request.
    /// </summary>
    public static bool IsUnreachable(Exception? e) =>
        e
            is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                or OperationCanceledException { InnerException: TimeoutException };
}
