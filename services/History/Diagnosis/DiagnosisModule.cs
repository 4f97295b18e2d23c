using DaprShop.ServiceDefaults;

namespace DaprShop.History.Diagnosis;

/// <summary>Explains why an order has its status.</summary>
internal static class DiagnosisModule
{
    public static IServiceCollection AddDiagnosis(this IServiceCollection services) =>
        services.AddSingleton<InboxReader>().AddSingleton<EvidenceClient>();

    public static void MapDiagnosis(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/orders/{id:guid}/why", ExplainOrder.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithName("ExplainOrder")
            .WithTags("History")
            .WithSummary("Explain an order's status, the actual cause first");
}
