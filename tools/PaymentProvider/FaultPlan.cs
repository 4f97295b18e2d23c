namespace DaprShop.PaymentProvider;

/// <summary>Faults on demand. A share is a part of the requests, from 0 to 1.</summary>
internal sealed record Faults
{
    /// <summary>Answers that take <see cref="SlowSeconds"/>.</summary>
    public double Slow { get; init; }

    public double SlowSeconds { get; init; } = 3;

    /// <summary>Requests refused with 429 and <c>Retry-After: 1</c>.</summary>
    public double Throttled { get; init; }

    /// <summary>Requests that are carried out and whose answer is lost: the connection is closed.</summary>
    public double Lost { get; init; }

    /// <summary>Requests that are not carried out: 503.</summary>
    public double Unavailable { get; init; }

    /// <summary>Payments that are declined, by their key: a repeat is declined too.</summary>
    public double Declined { get; init; }

    /// <summary>Captures that are declined, by their key.</summary>
    public double CaptureDeclined { get; init; }

    /// <summary>Payments that are processing first and captured a second later, reported by a webhook.</summary>
    public double Processing { get; init; }

    /// <summary>Payments whose webhook is sent before their answer.</summary>
    public double WebhookFirst { get; init; }

    /// <summary>Webhooks that are sent twice.</summary>
    public double WebhookTwice { get; init; }
}

/// <summary>The present faults, and the dice.</summary>
internal sealed class FaultPlan
{
    private volatile Faults _faults = new();

    public Faults Current
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>True for <paramref name="share"/> of the calls.</summary>
    public static bool Hits(double share) => share > 0 && Random.Shared.NextDouble() < share;

    /// <summary>True for <paramref name="share"/> of the keys, and always the same for one key.</summary>
    public static bool Hits(double share, string key)
    {
        if (share <= 0)
            return false;
        var hash = 2166136261u;
        foreach (var character in key)
            hash = (hash ^ character) * 16777619u;
        return hash % 10_000 < share * 10_000;
    }
}

/// <summary>Refuses callers without the API key.</summary>
internal sealed class ApiKeyFilter(ProviderSettings settings) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.Headers.Authorization == $"Bearer {settings.ApiKey}"
            ? await next(context)
            : Answer.Error(401, "invalid_request_error", "invalid_api_key", "Invalid API key.").ToResult();
}

/// <summary>Lets requests that move money meet the present faults.</summary>
internal sealed class FaultFilter(FaultPlan plan, TimeProvider time) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // The audit reads the ledger by GET; faults concern what moves money.
        if (!HttpMethods.IsPost(http.Request.Method))
            return await next(context);

        var faults = plan.Current;
        if (FaultPlan.Hits(faults.Throttled))
        {
            http.Response.Headers.RetryAfter = "1";
            return Answer.Error(429, "invalid_request_error", "rate_limit", "Too many requests.").ToResult();
        }

        if (FaultPlan.Hits(faults.Unavailable))
            return Answer.Error(503, "api_error", "unavailable", "The provider is unavailable.").ToResult();
        var result = await next(context);
        if (FaultPlan.Hits(faults.Slow))
            await Task.Delay(TimeSpan.FromSeconds(faults.SlowSeconds), time, http.RequestAborted);
        if (!FaultPlan.Hits(faults.Lost))
            return result;
        http.Abort();
        return Results.Empty;
    }
}
