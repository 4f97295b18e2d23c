using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DaprShop.Shop.Secrets;

/// <summary>
/// Files that only their owner may read. They are replaced atomically, so that no reader sees half of one.
/// </summary>
internal static class PrivateFile
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string path, string text)
    {
        var next = path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(next, options))
            writer.Write(text);
        File.Move(next, path, overwrite: true);
    }

    public static void Write(string path, IReadOnlyDictionary<string, string> values) =>
        Write(path, JsonSerializer.Serialize(values, Readable));

    /// <summary>The password in the file; a new one where the file does not exist yet.</summary>
    public static string Password(string path)
    {
        if (!File.Exists(path))
            Write(path, RandomNumberGenerator.GetHexString(32, lowercase: true));
        return File.ReadAllText(path);
    }

    /// <summary>The values in the file; empty where the file does not exist.</summary>
    public static Dictionary<string, string> Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) ?? [] : [];
}
