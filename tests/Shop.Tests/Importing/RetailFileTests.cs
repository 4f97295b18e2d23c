using DaprShop.Shop.Import;

namespace DaprShop.Shop.Tests.Importing;

public sealed class RetailFileTests
{
    // An order interrupted by a note, a guest's order with postage, a single note, and a return of goods and postage.
    internal const string File = """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        1,A,"LAMP, RED",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
        2,B9,damaged,-3,2010-12-01 08:27:00,0.0,,United Kingdom
        1,a,lamp,1,2010-12-01 08:26:00,1.125,17850.0,United Kingdom
        1,A,LAMP RED NEW,2,2010-12-01 08:26:00,2.00,17850.0,United Kingdom
        3,A,,1,2010-12-02 08:26:00,3.00,,United Kingdom
        3,POST,POSTAGE,1,2010-12-02 08:26:00,18.0,,United Kingdom
        3,X,free,1,2010-12-02 08:26:00,0.0,,United Kingdom
        C4,A,LAMP,-2,2010-12-03 08:26:00,2.55,17850.0,United Kingdom
        C4,A,LAMP,-1,2010-12-03 08:26:00,2.55,17850.0,United Kingdom
        C4,POST,POSTAGE,-1,2010-12-03 08:26:00,18.0,17850.0,United Kingdom
        5,B9,CUP,10,2010-12-04 08:26:00,0.85,17850.0,United Kingdom

        """;

    internal static IEnumerable<RetailLine> Lines() => RetailSource.ReadCsv(new StringReader(File));

    [Fact]
    public void A_line_is_read_with_its_quotes_its_exact_price_and_its_customer()
    {
        Lines().First().Should().Be(new RetailLine("1", "A", "LAMP, RED", 6, 2.55m, "17850"));
        Lines().ElementAt(2).Price.Should().Be(1.125m);
        Lines().ElementAt(4).Customer.Should().BeNull("the file names no customer");
    }

    [Fact]
    public void Another_file_is_refused_with_the_columns_that_it_should_have()
    {
        var read = () => RetailSource.ReadCsv(new StringReader("id,name\n1,x\n")).ToList();

        read.Should().Throw<ShopException>().WithMessage("*InvoiceNo,StockCode*");
    }

    [Fact]
    public void A_malformed_line_is_named()
    {
        var read = () =>
            RetailSource
                .ReadCsv(new StringReader(File + "6,A,LAMP,many,2010-12-01 08:26:00,2.55,,United Kingdom\n"))
                .ToList();

        read.Should().Throw<ShopException>().WithMessage("Line 13 *many*");
    }

    [Theory]
    [InlineData("6,A/B,LAMP,1,2010-12-01 08:26:00,2.55,,UK", "StockCode 'A/B'")]
    [InlineData("N/6,A,LAMP,1,2010-12-01 08:26:00,2.55,,UK", "InvoiceNo 'N/6'")]
    [InlineData("6,A,LAMP,1,2010-12-01 08:26:00,2.55,zoë,UK", "CustomerID 'zoë'")]
    public void A_line_with_what_the_shop_takes_for_no_name_is_refused_before_anything_is_sent(
        string line,
        string named
    )
    {
        var read = () => RetailSource.ReadCsv(new StringReader(File + line + "\n")).ToList();

        read.Should().Throw<ShopException>().WithMessage($"Line 13 *{named}*letters A to Z*");
    }

    [Fact]
    public void The_plan_counts_sales_returns_and_omitted_lines()
    {
        var plan = ImportPlan.Of(Lines());

        plan.Orders.Should().Be(3);
        plan.Sales.Should()
            .BeEquivalentTo(
                new
                {
                    Lines = 6,
                    Units = 21L,
                    Value = 15.3m + 1.125m + 4m + 3m + 18m + 8.5m,
                }
            );
        plan.Returns.Should()
            .BeEquivalentTo(
                new
                {
                    Lines = 3,
                    Units = 4L,
                    Value = 25.65m,
                }
            );
        plan.ReturnInvoices.Should().Be(1);
        plan.LinesLeftOut.Should().Be(2);
        plan.Lines.Should().Be(11);
    }

    [Fact]
    public void An_item_has_the_last_name_and_price_and_codes_are_case_sensitive()
    {
        var plan = ImportPlan.Of(Lines().Take(5));

        plan.Skus["A"]
            .Should()
            .BeEquivalentTo(
                new
                {
                    Name = "LAMP RED NEW",
                    Price = 3m,
                    Ordered = 9L,
                    Stocked = true,
                }
            );
        plan.Skus["a"].Ordered.Should().Be(1);
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("gift_0001_20", false)]
    [InlineData("BANK CHARGES", false)]
    [InlineData("DCGSSBOY", true)]
    [InlineData("85123A", true)]
    public void Services_are_sold_but_never_stocked(string sku, bool stocked)
    {
        var plan = ImportPlan.Of([new RetailLine("1", sku, "", 7, 1, null)]);

        plan.Skus[sku].Stocked.Should().Be(stocked);
        plan.Skus[sku].OpeningUnits(OpeningStock.Exact).Should().Be(stocked ? 7 : 0);
        plan.Skus[sku].OpeningUnits(OpeningStock.Short).Should().Be(stocked ? 6 : 0);
        plan.Skus[sku].OpeningUnits(OpeningStock.Plenty).Should().Be(stocked ? 70 : 0);
    }

    [Fact]
    public void An_invoice_whose_lines_are_not_consecutive_is_one_order()
    {
        var invoices = Invoices.Of(Lines(), ImportPlan.Of(Lines())).ToList();

        invoices.Select(i => i.Number).Should().Equal("1", "3", "C4", "5");
        invoices[0].Lines.Select(l => l.Sku).Should().Equal("A", "a", "A");
        invoices[1].Lines.Select(l => l.Sku).Should().Equal(["A", "POST"], "a line without a price is a note");
        invoices[2].IsReturn.Should().BeTrue();
    }

    [Fact]
    public void A_limit_imports_the_invoices_up_to_that_many_orders()
    {
        var plan = ImportPlan.Of(Lines(), orders: 2);

        plan.Orders.Should().Be(2);
        plan.ReturnInvoices.Should().Be(0);
        Invoices.Of(Lines(), plan).Select(i => i.Number).Should().Equal("1", "3");
    }

    [Fact]
    public void The_sample_is_a_hundred_orders_and_the_same_every_time()
    {
        var plan = ImportPlan.Of(Sample.Lines());

        (plan.Orders, plan.ReturnInvoices).Should().Be((100, 10));
        (plan.Sales.Lines, plan.Sales.Units, plan.Sales.Value, plan.Returns.Value)
            .Should()
            .Be((324, 1073, 14_042.44m, 318.06m));
    }
}
