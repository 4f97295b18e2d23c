using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EmbeddedDapr.Hosting;

/// <summary>Errors as Dapr's clients expect them, over HTTP and over gRPC.</summary>
internal static class ApiErrors
{
    private const string GrpcContent = "application/grpc";

    /// <summary>Answers every <see cref="ApiException"/> of the HTTP API.</summary>
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
                    await context.AnswerErrorAsync(e);
                }
            }
        );

    public static bool IsGrpc(this HttpContext context) =>
        context.Request.ContentType?.StartsWith(GrpcContent, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Answers with the error, in the form that the request's protocol has for it.</summary>
    public static Task AnswerErrorAsync(this HttpContext context, ApiException e)
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

    /// <summary>Answers every <see cref="ApiException"/> of a unary gRPC method.</summary>
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
