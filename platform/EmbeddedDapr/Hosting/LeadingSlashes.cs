namespace EmbeddedDapr.Hosting;

/// <summary>
/// Dapr accepts several leading slashes as one. The official actors package relies on it: configured by DAPR_HTTP_PORT,
/// it calls <c>//v1.0/actors/…</c>.
/// </summary>
internal static class LeadingSlashes
{
    /// <summary>Reduces several leading slashes of the path to one, before routing.</summary>
    public static void UseSingleLeadingSlash(this WebApplication app)
    {
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.Value is ['/', '/', ..] path)
                    context.Request.Path = $"/{path.TrimStart('/')}";
                return next(context);
            }
        );
        // Must run after the path is corrected.
        app.UseRouting();
    }
}
