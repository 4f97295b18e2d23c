using System.Text.Json;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using Grpc.Core;

namespace EmbeddedDapr.Secrets;

/// <summary>The secret stores of all sidecars.</summary>
internal sealed class SecretStores
{
    private const string LocalFile = "secretstores.local.file";
    private readonly Dictionary<Component, LocalSecretFile> _files;

    /// <exception cref="RunFileException">A store has a type other than a local file.</exception>
    public SecretStores(Sidecars sidecars)
    {
        var stores = sidecars.All.SelectMany(s => s.Components).Where(c => c.IsSecretStore).Distinct().ToList();
        if (stores.Find(c => c.Type != LocalFile) is { } other)
            throw new RunFileException(
                $"The secret store {other.Name} has the type {other.Type}; allowed is {LocalFile}."
            );
        _files = stores.ToDictionary(c => c, c => new LocalSecretFile(c));
    }

    /// <exception cref="ApiException">The store or the secret does not exist.</exception>
    public string Get(Sidecar sidecar, string store, string key)
    {
        var secrets = Read(sidecar, store, $"failed getting secret with key {key} from secret store {store}");
        return secrets.TryGetValue(key, out var secret)
            ? secret
            : throw Failed($"failed getting secret with key {key} from secret store {store}: secret {key} not found");
    }

    public IReadOnlyDictionary<string, string> All(Sidecar sidecar, string store) =>
        Read(sidecar, store, $"failed getting secrets from secret store {store}");

    private IReadOnlyDictionary<string, string> Read(Sidecar sidecar, string store, string failure)
    {
        var component = sidecar.Components.FirstOrDefault(c => c.IsSecretStore && c.Name == store)
            ?? throw new ApiException(
                StatusCodes.Status401Unauthorized,
                StatusCode.InvalidArgument,
                "ERR_SECRET_STORE_NOT_FOUND",
                $"failed finding secret store with key {store}"
            );
        try
        {
            return _files[component].Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Failed($"{failure}: {e.Message}", e);
        }
    }

    private static ApiException Failed(string message, Exception? inner = null) =>
        new(StatusCodes.Status500InternalServerError, StatusCode.Internal, "ERR_SECRET_GET", message, inner);
}
