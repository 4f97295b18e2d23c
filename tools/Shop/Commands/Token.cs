using System.CommandLine;
using DaprShop.Shop.Infrastructure;

namespace DaprShop.Shop.Commands;

/// <summary><c>shop token</c>: a caller's pass for the gateway, signed with this shop's key. Prints nothing else.</summary>
internal static class Token
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public static Command Create()
    {
        var customer = new Option<string?>("--customer")
        {
            Description = "A customer's token (default: for the customer 'alice').",
        };
        var oper = new Option<string?>("--operator") { Description = "An operator's token." };
        var command = new Command("token", "Print a JWT for the gateway, valid for a day.") { customer, oper };
        command.Validators.Add(given =>
        {
            if (given.GetResult(customer) is not null && given.GetResult(oper) is not null)
                given.AddError("A token is a customer's or an operator's: give one of --customer and --operator.");
        });
        command.SetAction(given =>
            Console.WriteLine(
                given.GetValue(oper) is { } name
                    ? Jwt.Create(Key(), name, "operator", TimeProvider.System.GetUtcNow(), Lifetime)
                    : Jwt.Create(
                        Key(),
                        given.GetValue(customer) ?? "alice",
                        "customer",
                        TimeProvider.System.GetUtcNow(),
                        Lifetime
                    )
            )
        );
        return command;
    }

    public static byte[] Key() =>
        Convert.FromBase64String(
            SecretFile.Read(ShopFolder.Find().Secrets).GetValueOrDefault("jwt-key")
                ?? throw new ShopException("There is no key to sign with yet: `./shop up` makes it.")
        );
}
