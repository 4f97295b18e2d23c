using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.ServiceDefaults.Tests;

public sealed class SpuriousSuccessHandlerTests
{
    [Fact]
    public async Task A_success_without_content_is_a_failure_of_whoever_was_to_answer() =>
        await FluentActions
            .Awaiting(() => InvokeAsync(HttpStatusCode.OK, null))
            .Should()
            .ThrowAsync<HttpRequestException>()
            .WithMessage("*reservations/release*");

    [Theory]
    [InlineData(HttpStatusCode.OK, "application/json")]
    [InlineData(HttpStatusCode.NoContent, null)]
    [InlineData(HttpStatusCode.ServiceUnavailable, null)]
    public async Task Whatever_else_is_answered_is_passed_on(HttpStatusCode status, string? type) =>
        (await InvokeAsync(status, type)).Should().Be(status);

    private static async Task<HttpStatusCode> InvokeAsync(HttpStatusCode status, string? type)
    {
        var services = new ServiceCollection().AddInvocationClient("inventory");
        services.AddHttpClient("inventory").ConfigurePrimaryHttpMessageHandler(() => new Answering(status, type));
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        using var answer = await client.PostAsync("reservations/release", null, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private sealed class Answering(HttpStatusCode status, string? type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult(
                new HttpResponseMessage(status)
                {
                    RequestMessage = request,
                    Content = new ByteArrayContent([]) { Headers = { ContentType = type is null ? null : new(type) } },
                }
            );
    }
}
