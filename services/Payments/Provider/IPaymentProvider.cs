using DaprShop.Payments.Model;

namespace DaprShop.Payments.Provider;

/// <summary>
/// The payment provider. Every request carries <see cref="ProviderCall.Key"/>, under which the provider carries it out
/// once, however often it is repeated. No request is made while a transaction is open.
/// </summary>
/// <remarks>
/// Answers that say nothing about the money (none in time, a server error, 429) are <see cref="AnswerKind.Unknown"/> or
/// <see cref="AnswerKind.Throttled"/>, never exceptions.
/// </remarks>
internal interface IPaymentProvider
{
    /// <summary>
    /// Authorises <see cref="ProviderCall.Amount"/>, and captures it at once where the call is a
    /// <see cref="CallOperation.Charge"/>.
    /// </summary>
    Task<ProviderAnswer> ChargeAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Withdraws a charge or an authorisation that may or may not have arrived. After <see cref="AnswerKind.Cancelled"/>
    /// the provider never carries it out, even if the request arrives later; after <see cref="AnswerKind.Done"/> it was
    /// carried out before.
    /// </summary>
    Task<ProviderAnswer> WithdrawAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>
    /// Captures <see cref="ProviderCall.Amount"/> of the authorisation <see cref="ProviderCall.ProviderId"/>; with a
    /// <see cref="CallOperation.LastCapture"/> the rest is voided. <see cref="AnswerKind.Cancelled"/>: the authorisation
    /// has ended.
    /// </summary>
    Task<ProviderAnswer> CaptureAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Voids what the authorisation <see cref="ProviderCall.ProviderId"/> still holds.</summary>
    Task<ProviderAnswer> VoidAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Returns <see cref="ProviderCall.Amount"/> of the payment <see cref="ProviderCall.ProviderId"/>.</summary>
    Task<ProviderAnswer> RefundAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>Pays <see cref="ProviderCall.Amount"/> out without a payment.</summary>
    Task<ProviderAnswer> PayOutAsync(ProviderCall call, CancellationToken cancellationToken);

    /// <summary>What the provider has made of a call; <see cref="AnswerKind.NotFound"/> where it does not know it.</summary>
    Task<ProviderAnswer> LookUpAsync(ProviderCall call, CancellationToken cancellationToken);
}
