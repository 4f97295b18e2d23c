using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EmbeddedDapr.Hosting;

/// <summary>Errors in the format that Dapr's clients expect, over HTTP and gRPC.</summary>
internal static class ApiErrors
{
    private const string GrpcContent = "application/grpc";

    /// <summary>Turns each <see cref="ApiException"/> of the HTTP API into an error response.</summary>
    public static void UseApiErrors(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (ApiException e) when (!context.Response.HasStarted)
                {
                    await context.WriteErrorAsync(e);
                }
            }
        );

    public static bool IsGrpc(this HttpContext context) =>
        context.Request.ContentType?.StartsWith(GrpcContent, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Writes the error in the format of the request's protocol.</summary>
    public static Task WriteErrorAsync(this HttpContext context, ApiException e)
    {
        context.Response.Clear();
        if (context.IsGrpc())
        {
            context.Response.ContentType = GrpcContent;
            context.Response.Headers["grpc-status"] = ((int)e.GrpcStatus).ToString(
                System.Globalization.CultureInfo.InvariantCulture
            );
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(e.Message);
            return Task.CompletedTask;
        }

        context.Response.StatusCode = e.HttpStatus;
        return context.Response.WriteAsJsonAsync(new { errorCode = e.ErrorCode, message = e.Message });
    }

    /// <summary>Turns each <see cref="ApiException"/> of a unary gRPC method into a gRPC status.</summary>
    internal sealed class GrpcErrors : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request,
            ServerCallContext context,
            UnaryServerMethod<TRequest, TResponse> continuation
        )
        {
            try
            {
                return await continuation(request, context);
            }
            catch (ApiException e)
            {
                throw new RpcException(new Status(e.GrpcStatus, e.Message));
            }
        }
    }
}
