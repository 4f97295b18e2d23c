using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Reads bodies as their headers describe them: compressed bodies are inflated, within the limit of the route, and
/// charsets are honoured; what cannot be read is refused with 415 instead of being read as something else.
/// </summary>
internal static class RequestEncoding
{
    private static readonly string[] Encodings = ["br", "deflate", "gzip", "identity"];
    private static readonly object Inflated = new();

    /// <summary>True where the body was compressed.</summary>
    public static bool IsInflated(HttpContext context) => context.Items.ContainsKey(Inflated);

    /// <summary>Checks and inflates bodies. Routes that forward a body as it is leave that to the service.</summary>
    public static void UseRequestEncoding(this IApplicationBuilder app)
    {
        app.Use(next =>
            context =>
            {
                if (context.Request.ContentType is not null || context.Request.Headers.ContentEncoding.Count > 0)
                    Check(context);
                return next(context);
            }
        );
        app.UseWhen(
            context =>
                context.Request.Headers.ContentEncoding.Count > 0
                && context.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>() is { } handler
                && handler.GetParameters() is not [{ ParameterType.Name: nameof(HttpContext) }],
            inflating => inflating.UseRequestDecompression()
        );
    }

    private static void Check(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !Encodings.Contains(encoding, StringComparer.OrdinalIgnoreCase))
            throw Refusal(
                $"The Content-Encoding '{encoding}' is not supported. Allowed: {string.Join(", ", Encodings)}."
            );
        if (encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            context.Request.Headers.Remove(HeaderNames.ContentEncoding);
        else if (encoding.Length > 0)
            context.Items[Inflated] = true;
        if (
            MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            && type.Charset is { Length: > 0 } charset
            && !IsKnown(HeaderUtilities.RemoveQuotes(charset).ToString())
        )
            throw Refusal($"The charset '{charset}' is not supported. Send UTF-8.");
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static ProblemException Refusal(string detail) =>
        new(Problems.Of(415, "unsupported-media-type", "Unsupported media type", detail));
}
