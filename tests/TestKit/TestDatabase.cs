namespace DaprShop.TestKit;

/// <summary>An empty database for a test, and the connection strings of those who may enter it.</summary>
/// <param name="Name">Its name in the server.</param>
/// <param name="Owner">Runs migrations; owns everything in it.</param>
/// <param name="App">What the service runs as: may do what the migrations grant.</param>
/// <param name="Auditor">Reads everything, changes nothing.</param>
public sealed record TestDatabase(string Name, string Owner, string App, string Auditor);
