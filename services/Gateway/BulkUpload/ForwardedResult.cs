namespace DaprShop.Gateway.BulkUpload;

/// <summary>
/// Returns a response of Orders to the client: its status, type, location and body. Disposes the response.
/// </summary>
internal sealed class ForwardedResult(HttpResponseMessage source) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (source)
        {
            var response = httpContext.Response;
            response.StatusCode = (int)source.StatusCode;
            response.ContentType = source.Content.Headers.ContentType?.ToString();
            if (source.Headers.Location is { } location)
                response.Headers.Location = location.ToString();
            await source.Content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
