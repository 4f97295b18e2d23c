namespace DaprShop.Shop.Networking;

/// <summary>Checks whether a server answers HTTP requests.</summary>
internal static class HttpProbe
{
    /// <summary>
    /// Null when the server answers with a success status, or, with <paramref name="anyStatus"/>, with any status; else
    /// the problem.
    /// </summary>
    public static async Task<string?> ProblemAsync(
        HttpClient http,
        Uri address,
        bool anyStatus,
        CancellationToken cancel
    )
    {
        try
        {
            using var response = await http.GetAsync(address, cancel);
            return anyStatus || response.IsSuccessStatusCode
                ? null
                : $"its health check returned status {(int)response.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "it does not answer";
        }
    }
}
