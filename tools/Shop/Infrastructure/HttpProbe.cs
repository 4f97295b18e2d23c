namespace DaprShop.Shop.Infrastructure;

/// <summary>Asks whether something speaks HTTP.</summary>
internal static class HttpProbe
{
    /// <summary>Null when it does, and says that it is well; where <paramref name="anyAnswer"/>, whatever it says.</summary>
    public static async Task<string?> ProblemAsync(
        HttpClient http,
        Uri address,
        bool anyAnswer,
        CancellationToken cancel
    )
    {
        try
        {
            using var answer = await http.GetAsync(address, cancel);
            return anyAnswer || answer.IsSuccessStatusCode
                ? null
                : $"its health check answers {(int)answer.StatusCode}";
        }
        catch (Exception none)
            when (none is HttpRequestException || (none is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return none.Message;
        }
    }
}
