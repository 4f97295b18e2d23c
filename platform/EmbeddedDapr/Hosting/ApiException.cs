using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>A call that is answered with an error: over HTTP a status with <c>errorCode</c> and <c>message</c>, over gRPC a status with the message.</summary>
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

    /// <summary>The caller's request cannot be read.</summary>
    public static ApiException Malformed(string message) =>
        new(StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, "ERR_MALFORMED_REQUEST", message);
}
