using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DaprShop.Shop.Databases;

/// <summary>
/// Reads the migrations of a service from the metadata of its program, without loading or running it.
/// </summary>
internal static class MigrationAssembly
{
    private const string AttributeNamespace = "Microsoft.EntityFrameworkCore.Migrations";
    private const string AttributeName = "MigrationAttribute";

    /// <summary>The ids of the classes with EF Core's <c>[Migration("id")]</c>.</summary>
    /// <param name="path">The program's .dll.</param>
    public static IReadOnlyList<string> Migrations(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata
                .CustomAttributes.Select(handle => metadata.GetCustomAttribute(handle))
                .Where(attribute => IsMigration(metadata, attribute))
                .Select(attribute => FirstArgument(metadata, attribute)),
        ];
    }

    private static bool IsMigration(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return false;
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        if (constructor.Parent.Kind != HandleKind.TypeReference)
            return false;
        var type = metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent);
        return metadata.StringComparer.Equals(type.Name, AttributeName)
            && metadata.StringComparer.Equals(type.Namespace, AttributeNamespace);
    }

    /// <summary>The value starts with a two-byte prolog, then the constructor's only argument, a string.</summary>
    private static string FirstArgument(MetadataReader metadata, CustomAttribute attribute)
    {
        var value = metadata.GetBlobReader(attribute.Value);
        value.ReadUInt16();
        return value.ReadSerializedString() ?? "";
    }
}
