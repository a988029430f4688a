"""AWS for the refresh: moto for what it has, fakes with state for what it lacks, and a loud failure for the rest.

moto's DescribeInstanceTypes takes seconds, so one refresh reads it and the others read a few recorded records.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import moto
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

_MOTO = {
    "describe_regions",
    "describe_instance_types",
    "describe_instance_type_offerings",
    "describe_spot_price_history",
}


def product(name, usd, *, region="us-east-1", market="OnDemand", unit="Hrs", **more):
    """A product of the Price List API."""
    attributes = {"instanceType": name, "regionCode": region, "marketoption": market} | more
    dimension = {"unit": unit, "pricePerUnit": {"USD": usd}}
    terms = {"OnDemand": {"X.Y": {"priceDimensions": {"X.Y.Z": dimension}}}}
    return json.dumps({"product": {"attributes": attributes}, "terms": terms})


def rate(name, usd, *, plan="Compute", payment="No Upfront", years=1, operation="RunInstances", usage="BoxUsage"):
    """A rate of DescribeSavingsPlansOfferingRates."""
    return {
        "savingsPlanOffering": {"planType": plan, "paymentOption": payment, "durationSeconds": years * 31536000},
        "rate": usd,
        "usageType": f"{usage}:{name}",
        "operation": operation,
        "properties": [{"name": "instanceType", "value": name}],
    }


class FakeAws:
    """An account: its prices, what it denies, and every call that was made."""

    def __init__(self, *, with_moto=False):
        self.with_moto = with_moto
        self.denied = set()
        self.calls = []
        self.products = [
            product("m7g.large", "0.0900000000"),
            product("trn2.48xlarge", "0.0000000000", market="CapacityBlock"),
        ]
        self.hosts = [
            product("", "0.70", usagetype="HostUsage:mac2"),
            product("", "9.99", usagetype="HostUsage:mac2-m2-of-another-kind"),
            product("", "5.55", usagetype="HostUsage:m7g"),
        ]
        self.rate_pages = [
            [rate("m7g.large", "0.05"), rate("m7g.large", "0.07", operation="RunInstances:0002")],
            [rate("m7g.large", "0.03", plan="EC2Instance", payment="All Upfront", years=3)],
        ]
        self.blocks = {"p5.48xlarge": [("us-east-1b", 24, "1200.00"), ("us-east-1b", 24, "960.00")]}
        self.quotas = [{"QuotaCode": "L-1216C47A", "Value": 1920.0}, {"QuotaCode": "L-417A185B", "Value": 192.0}]

    def client(self, service, region):
        return _FakeClient(self, service, region)

    def answer(self, service, region, operation, arguments):
        self.calls.append((service, region, operation))
        if operation in self.denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)
        if self.with_moto and operation in _MOTO:
            return getattr(boto3.client("ec2", region_name=region), operation)(**arguments)
        handler = getattr(self, f"_{operation}", None)
        assert handler is not None, f"unexpected call {service} {operation} {arguments}"
        return handler(region, arguments)

    def _describe_regions(self, region, arguments):
        return {"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "sa-east-1"}]}

    def _describe_instance_types(self, region, arguments):
        return {"InstanceTypes": _recorded()}

    def _describe_instance_type_offerings(self, region, arguments):
        assert arguments == {"LocationType": "availability-zone"}
        names = [record["InstanceType"] for record in _recorded()]
        return {"InstanceTypeOfferings": [{"InstanceType": n, "Location": f"{region}{z}"} for n in names for z in "ab"]}

    def _describe_spot_price_history(self, region, arguments):
        assert arguments["ProductDescriptions"] == ["Linux/UNIX"]
        return {
            "SpotPriceHistory": [
                {
                    "InstanceType": "m7g.large",
                    "AvailabilityZone": f"{region}{zone}",
                    "SpotPrice": usd,
                    "Timestamp": datetime(2026, 11, 24, hour, tzinfo=UTC),
                }
                for zone, usd, hour in (("a", "0.031", 1), ("a", "0.033", 2), ("b", "0.029000", 1))
            ]
        }

    def _get_products(self, region, arguments):
        assert region == "us-east-1", "the Price List API answers in us-east-1"
        asked = {item["Field"]: item["Value"] for item in arguments["Filters"]}
        if asked.get("productFamily") == "Dedicated Host":
            return {"PriceList": self.hosts}
        assert asked["operatingSystem"] == "Linux"
        assert asked["tenancy"] == "Shared"
        return {"PriceList": self.products}

    def _describe_savings_plans_offering_rates(self, region, arguments):
        assert region == "us-east-1"
        page = int(arguments.get("nextToken", 0))
        last = page + 1 >= len(self.rate_pages)
        return {"searchResults": self.rate_pages[page], "nextToken": "" if last else str(page + 1)}

    def _describe_capacity_block_offerings(self, region, arguments):
        return {
            "CapacityBlockOfferings": [
                {
                    "InstanceType": arguments["InstanceType"],
                    "AvailabilityZone": zone,
                    "CapacityBlockDurationHours": hours,
                    "UpfrontFee": fee,
                    "InstanceCount": 1,
                }
                for zone, hours, fee in self.blocks.get(arguments["InstanceType"], [])
            ]
        }

    def _list_service_quotas(self, region, arguments):
        assert arguments == {"ServiceCode": "ec2"}
        return {"Quotas": self.quotas}


def _recorded():
    """A few DescribeInstanceTypes records as AWS gave them."""
    path = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = json.load(file)
    return [records[name] for name in ("m7g.large", "m8g.large", "mac2.metal", "p5.48xlarge", "g6f.large")]


class _FakeClient:
    def __init__(self, aws, service, region):
        self._aws, self._service, self._region = aws, service, region

    def __getattr__(self, operation):
        return lambda **arguments: self._aws.answer(self._service, self._region, operation, arguments)

    def get_paginator(self, operation):
        return _FakePaginator(self, operation)


class _FakePaginator:
    def __init__(self, client, operation):
        self._client, self._operation = client, operation

    def paginate(self, **arguments):
        yield getattr(self._client, self._operation)(**arguments)


@pytest.fixture
def aws():
    """An account of which everything is a fake."""
    return FakeAws()


@pytest.fixture(scope="session")
def moto_aws():
    """An account whose EC2 is moto's."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield FakeAws(with_moto=True)


@pytest.fixture
def make_product():
    return product
