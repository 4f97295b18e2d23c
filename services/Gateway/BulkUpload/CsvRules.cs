using System.Text;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Splits CSV lines into fields, by RFC 4180.</summary>
internal static class CsvRules
{
    /// <summary>
    /// The fields of a line; null where a quotation mark is misplaced. Unlike in RFC 4180, a field cannot continue on
    /// the next line: an unclosed quotation mark must not consume the rest of the file.
    /// </summary>
    public static List<string>? SplitFields(string line)
    {
        var fields = new List<string>();
        var position = 0;
        while (true)
        {
            var isQuoted = position < line.Length && line[position] == '"';
            var field = isQuoted ? ReadQuoted(line, ref position) : ReadPlain(line, ref position);
            if (field is null)
                return null;
            fields.Add(field);
            if (position >= line.Length)
                return fields;
            position++;
        }
    }

    /// <summary>
    /// Reads a field that begins with a quotation mark; null where the mark is unclosed or text follows it.
    /// </summary>
    private static string? ReadQuoted(string line, ref int position)
    {
        var field = new StringBuilder();
        for (position++; position < line.Length; position++)
        {
            if (line[position] != '"')
            {
                field.Append(line[position]);
                continue;
            }

            position++;
            if (position >= line.Length || line[position] == ',')
                return field.ToString();
            if (line[position] != '"')
                return null;
            field.Append('"');
        }

        return null;
    }

    /// <summary>Reads a field without quotation marks; null where it contains one.</summary>
    private static string? ReadPlain(string line, ref int position)
    {
        var start = position;
        for (; position < line.Length && line[position] != ','; position++)
            if (line[position] == '"')
                return null;
        return line[start..position];
    }
}
