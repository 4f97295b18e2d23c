namespace EmbeddedDapr.Invocation;

/// <summary>
/// Service invocation: <c>/v1.0/invoke/{appId}/method/{path}</c>, or any path with the header <c>dapr-app-id</c>.
/// </summary>
internal static class InvocationModule
{
    public static IServiceCollection AddInvocation(this IServiceCollection services) =>
        services.AddHttpForwarder().AddSingleton<AppInvoker>();

    public static void MapInvocation(this IEndpointRouteBuilder routes) =>
        routes.Map("/v1.0/invoke/{appId}/method/{**path}", InvokeAsync);

    private static Task InvokeAsync(string appId, string? path, HttpContext context, AppInvoker invoker) =>
        invoker.InvokeAsync(context, appId, $"/{path}");
}
