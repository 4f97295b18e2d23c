using EmbeddedDapr.Hosting;
using EmbeddedDapr.Invocation;
using Grpc.Core;

namespace EmbeddedDapr;

/// <summary>Rejects calls that no module serves, with 501 or UNIMPLEMENTED.</summary>
internal static class UnsupportedApi
{
    public static void MapUnsupportedApi(this WebApplication app)
    {
        var invoker = app.Services.GetRequiredService<AppInvoker>();
        app.MapFallback("{**path}", context =>
        {
            if (context.IsGrpc())
                throw Unsupported(context.Request.Path);
            if (context.Request.Headers[AppInvoker.AppIdHeader].ToString() is { Length: > 0 } appId)
                return invoker.InvokeAsync(context, appId, context.Request.Path);
            if (context.Request.Path.Value!.StartsWith("/v1.0", StringComparison.Ordinal))
                throw Unsupported($"{context.Request.Method} {context.Request.Path}");
            throw new ApiException(
                StatusCodes.Status404NotFound,
                StatusCode.NotFound,
                AppInvoker.ErrorCode,
                "failed getting app id either from the URL path or the header dapr-app-id"
            );
        });
    }

    public static ApiException Unsupported(string what) =>
        new(
            StatusCodes.Status501NotImplemented,
            StatusCode.Unimplemented,
            "ERR_NOT_SUPPORTED",
            $"{what} is not supported by the embedded sidecar"
        );
}
