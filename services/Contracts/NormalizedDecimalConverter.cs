using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprShop.Contracts;

/// <summary>
/// Reads and writes amounts without trailing zeros. Some brokers and sidecars re-serialise a payload, so that 4.2500
/// becomes 4.25, and others do not; a projection must be the same, byte for byte, with each of them.
/// </summary>
internal sealed class NormalizedDecimalConverter : JsonConverter<decimal>
{
    // Dividing by a one of the largest scale gives the result the smallest scale.
    private const decimal One = 1.0000000000000000000000000000m;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDecimal() / One;

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value / One);
}
