using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprShop.Contracts;

/// <summary>
/// Reads amounts without the zeros at their end. Brokers write a payload anew, and 4.2500 becomes 4.25 on its way with
/// one sidecar and not with another: what is made of an event has to be the same, byte for byte, whichever way it came.
/// </summary>
internal sealed class NormalizedDecimalConverter : JsonConverter<decimal>
{
    // Dividing by a one with the largest scale makes the result's scale the smallest.
    private const decimal One = 1.0000000000000000000000000000m;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDecimal() / One;

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value / One);
}
