using System.Text.Json;
using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Says in a sentence why an event was parked.</summary>
internal static class ParkedCause
{
    /// <summary>The sentence. The exception with its stack trace is a detail of its own.</summary>
    public static string Of(LoggedEvent entry, Exception exception) =>
        $"Event {entry.Position} ({entry.Type}) could not be applied. {Reason(exception)}";

    private static string Reason(Exception exception) =>
        exception switch
        {
            PostgresException e => $"The database refused it: {e.MessageText}.",
            JsonException { Path: { Length: > 0 } path } => $"Its content has not the form of its type at {path}.",
            JsonException => "Its content has not the form of its type.",
            UnpublishableEventException
            or FormatException
            or InvalidDataException
            or InvalidOperationException when !NamesCode(exception.Message) => Sentence(exception.Message),
            _ => "Its content does not make sense to the program; the details say where.",
        };

    // Messages of the framework name types, which say nothing to an operator.
    private static bool NamesCode(string message) =>
        message.Contains("System.", StringComparison.Ordinal)
        || message.Contains("DaprShop.", StringComparison.Ordinal);

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";
}
