namespace EmbeddedDapr.Hosting;

/// <summary>Dapr takes several slashes for one. The official actors package relies on it: told its sidecar by DAPR_HTTP_PORT, it asks for <c>//v1.0/actors/…</c>.</summary>
internal static class Slashes
{
    /// <summary>Routes by the path with one slash at its start.</summary>
    public static void UseSlashes(this WebApplication app)
    {
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.Value is ['/', '/', ..] path)
                    context.Request.Path = $"/{path.TrimStart('/')}";
                return next(context);
            }
        );
        // After the path is as it should be, not before.
        app.UseRouting();
    }
}
