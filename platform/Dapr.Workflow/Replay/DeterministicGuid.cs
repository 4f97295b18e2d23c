using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Replay;

/// <summary>UUIDs made from names (RFC 9562, version 5): the same name gives the same id in every replay.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid Root = new("6f1a2f0e-6d5c-5b0a-9d0b-1d9a2c6f7e31");

    public static Guid From(string name) => From(Root, name);

    public static Guid From(Guid space, string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        Span<byte> buffer = length <= 240 ? stackalloc byte[256] : new byte[16 + length];
        space.TryWriteBytes(buffer, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, buffer[16..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Version 5 is defined with SHA-1; nothing is kept secret by it.
        SHA1.HashData(buffer[..(16 + length)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)(hash[6] & 0x0F | 0x50);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
