using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>
/// Rejects a call: over HTTP with a status, <c>errorCode</c> and <c>message</c>, over gRPC with a status and the
/// message.
/// </summary>
internal sealed class ApiException(
    int httpStatus,
    StatusCode grpcStatus,
    string errorCode,
    string message,
    Exception? inner = null
) : Exception(message, inner)
{
    public int HttpStatus => httpStatus;

    public StatusCode GrpcStatus => grpcStatus;

    public string ErrorCode => errorCode;

    /// <summary>The request is malformed.</summary>
    public static ApiException Malformed(string message) =>
        new(StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", message);
}
