[assembly: AssemblyFixture(typeof(DaprShop.Conformance.Runtime.Servers))]
