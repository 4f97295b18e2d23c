using Mono.Cecil;

namespace DaprShop.Architecture.Tests;

/// <summary>The built assemblies of services, platform and tools, as the tests read them.</summary>
internal static class Assemblies
{
    /// <summary>Assembly names, which are also the root namespaces.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "DaprShop.Contracts",
        "DaprShop.ServiceDefaults",
        "DaprShop.Messaging",
        "DaprShop.Gateway",
        "DaprShop.Orders",
        "DaprShop.Inventory",
        "DaprShop.Payments",
        "DaprShop.History",
        "DaprShop.Shop",
        "EmbeddedDapr",
    ];

    /// <summary>The assembly's path beside the tests.</summary>
    public static string PathOf(string name)
    {
        var library = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        return File.Exists(library) ? library : Path.Combine(AppContext.BaseDirectory, "shop.dll");
    }

    /// <summary>The types that people wrote: no migrations, no generated or nested types.</summary>
    public static IEnumerable<TypeDefinition> Types(string name) =>
        ModuleDefinition
            .ReadModule(PathOf(name))
            .Types.Where(t =>
                t.Namespace.StartsWith(name, StringComparison.Ordinal)
                && !t.Namespace.Contains(".Migrations", StringComparison.Ordinal)
                && !t.Name.Contains('<', StringComparison.Ordinal)
                && t.CustomAttributes.All(a => a.AttributeType.Name != "CompilerGeneratedAttribute")
            );

    /// <summary>The type and the types nested in it, those that the compiler made for lambdas and async methods included.</summary>
    public static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) =>
        type.NestedTypes.SelectMany(WithNested).Prepend(type);

    /// <summary>Every method that the type's code calls.</summary>
    public static IEnumerable<MethodReference> Calls(TypeDefinition type) =>
        WithNested(type)
            .SelectMany(t => t.Methods)
            .Where(m => m.HasBody)
            .SelectMany(m => m.Body.Instructions)
            .Select(i => i.Operand)
            .OfType<MethodReference>();

    /// <summary>Every type that the type's code names: in signatures, fields, base types and method bodies.</summary>
    public static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        foreach (var part in WithNested(type))
        {
            IEnumerable<TypeReference?> named =
            [
                part.BaseType,
                .. part.Interfaces.Select(i => i.InterfaceType),
                .. part.Fields.Select(f => f.FieldType),
                .. part.Methods.Select(m => m.ReturnType),
                .. part.Methods.SelectMany(m => m.Parameters).Select(p => p.ParameterType),
                .. part.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Variables).Select(v => v.VariableType),
                .. part
                    .Methods.Where(m => m.HasBody)
                    .SelectMany(m => m.Body.Instructions)
                    .Select(i =>
                        i.Operand switch
                        {
                            TypeReference t => t,
                            MemberReference m => m.DeclaringType,
                            _ => null,
                        }
                    ),
                .. part
                    .Methods.Where(m => m.HasBody)
                    .SelectMany(m => m.Body.Instructions)
                    .Select(i => i.Operand)
                    .OfType<GenericInstanceMethod>()
                    .SelectMany(m => m.GenericArguments),
            ];
            foreach (var reference in named.OfType<TypeReference>().SelectMany(Parts))
                yield return reference;
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) =>
        type switch
        {
            GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
            TypeSpecification specification => Parts(specification.ElementType),
            _ => [type],
        };
}
