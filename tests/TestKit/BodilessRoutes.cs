using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DaprShop.TestKit;

/// <summary>Sends bodies to routes that take none.</summary>
public static partial class BodilessRoutes
{
    private const string Refused = """urn:daprshop:problem:body-not-taken""";

    /// <summary>
    /// Each operation of the service's document that describes no body, and what is wrong with its answers: to a body
    /// with a member it must be 400 that says so, to an empty body or <c>{}</c> anything else.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string>> AnswersToBodiesAsync(
        this HttpClient caller,
        CancellationToken cancellationToken
    )
    {
        var document = await caller.GetFromJsonAsync<JsonElement>("openapi/v1.json", cancellationToken);
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        foreach (var operation in path.Value.EnumerateObject())
        {
            // The description of a webhook's body is its provider's.
            if (operation.Value.TryGetProperty("requestBody", out _) || path.Name.StartsWith("/webhooks/"))
                continue;
            var wrong = new List<string>();
            foreach (
                var (body, isRefused) in new[]
                {
                    ("""{"quantity":1}""", true),
                    ("quantity=1", true),
                    ("[]", true),
                    (" { } ", false),
                    ("null", false),
                    ("", false),
                }
            )
            {
                using var request = new HttpRequestMessage(
                    new HttpMethod(operation.Name),
                    Parameter().Replace(path.Name, p => ValueOf(p.Groups["name"].Value))
                );
                request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                using var response = await caller.SendAsync(
                    request,
                    HttpCompletionOption.ResponseHeadersRead,
                    cancellationToken
                );
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                if (((int)response.StatusCode == 400 && text.Contains(Refused, StringComparison.Ordinal)) != isRefused)
                    wrong.Add($"{body} → {(int)response.StatusCode} {text[..Math.Min(text.Length, 200)]}");
            }

            answers[$"{operation.Name.ToUpperInvariant()} {path.Name}"] = string.Join("; ", wrong);
        }

        return answers;
    }

    private static string ValueOf(string parameter) =>
        parameter switch
        {
            "id" => $"{Guid.CreateVersion7()}",
            "row" => "1",
            "time" => "2026-11-30T12:00:00Z",
            _ => "nothing",
        };

    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
