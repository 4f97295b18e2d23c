using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Invocation;

/// <summary>Service invocation: <c>/v1.0/invoke/{appId}/method/{path}</c>, or any path with the header <c>dapr-app-id</c>.</summary>
internal static class InvocationArea
{
    public static IServiceCollection AddInvocation(this IServiceCollection services) =>
        services.AddHttpForwarder().AddSingleton<AppInvoker>();

    public static void MapInvocation(this WebApplication app)
    {
        var invoker = app.Services.GetRequiredService<AppInvoker>();
        app.Map("/v1.0/invoke/{appId}/method/{**path}", (HttpContext context, string appId, string? path) =>
            invoker.InvokeAsync(context, appId, $"/{path}")
        );
    }
}
