using System.CommandLine;
using DaprShop.Contracts;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Commands;

/// <summary>
/// <c>shop token</c>: a caller's JWT for the gateway, signed with this shop's key. Prints nothing else.
/// </summary>
internal static class TokenCommand
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public static Command Create()
    {
        var customer = new Option<string?>("--customer")
        {
            Description = "Issue the token to this customer. Default: the customer 'alice'.",
        };
        var @operator = new Option<string?>("--operator") { Description = "Issue the token to this operator." };
        var command = new Command("token", "Print a JWT for the gateway, valid for 24 hours.") { customer, @operator };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(customer) is not null && parsed.GetResult(@operator) is not null)
                parsed.AddError("A token belongs to a customer or to an operator: give --customer or --operator.");
        });
        foreach (var named in (Option<string?>[])[customer, @operator])
            named.Validators.Add(result =>
            {
                if (!Names.IsValid(result.GetValueOrDefault<string?>(), Names.MaxPersonLength))
                    result.AddError($"The name for {named.Name} must have {Names.Rule(Names.MaxPersonLength)}.");
            });
        command.SetAction(parsed =>
        {
            var (name, role) = parsed.GetValue(@operator) is { } operatorName
                ? (operatorName, "operator")
                : (parsed.GetValue(customer) ?? "alice", "customer");
            var key = SigningKey.Read(ShopFolder.Find());
            Console.WriteLine(Jwt.Create(key, name, role, TimeProvider.System.GetUtcNow(), Lifetime));
        });
        return command;
    }
}
