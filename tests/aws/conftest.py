"""AWS for the refresh: moto for what it has, fakes with state for what it lacks, and a loud failure for the rest.

moto's DescribeInstanceTypes takes seconds, so one refresh reads it and the others read a few recorded records.
"""

import gzip
import json
import math
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import boto3
import botocore.session
import moto
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.paginate import Paginator
from botocore.validate import ParamValidator
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
        self.broken = {}
        """Operation -> (calls that still work, the error of the next one)."""
        self.calls = []
        self.page_size = 2
        self.tokens = set()
        self.records = _recorded()
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
        works, error = self.broken.get(operation, (math.inf, None))
        if Counter(name for _, _, name in self.calls)[operation] > works:
            raise error
        if self.with_moto and operation in _MOTO:
            return getattr(boto3.client("ec2", region_name=region), operation)(**arguments)
        handler = getattr(self, f"_{operation}", None)
        assert handler is not None, f"unexpected call {service} {operation} {arguments}"
        return handler(region, arguments)

    def _describe_regions(self, region, arguments):
        return {"Regions": [{"RegionName": "us-east-1"}, {"RegionName": "sa-east-1"}]}

    def _page(self, key, items, arguments):
        """A page of an answer and the token of the next one; only tokens that were given out are taken."""
        start = 0
        if token := arguments.get("NextToken"):
            assert token in self.tokens, f"token {token!r} was never given out"
            start = int(token.rpartition("-")[2])
        page, rest = items[start : start + self.page_size], items[start + self.page_size :]
        if not rest:
            return {key: page}
        token = f"{key}-{start + self.page_size}"
        self.tokens.add(token)
        return {key: page, "NextToken": token}

    def _describe_instance_types(self, region, arguments):
        return self._page("InstanceTypes", self.records, arguments)

    def _describe_instance_type_offerings(self, region, arguments):
        assert arguments["LocationType"] == "availability-zone"
        names = [record["InstanceType"] for record in self.records]
        found = [{"InstanceType": n, "Location": f"{region}{z}"} for n in names for z in "ab"]
        return self._page("InstanceTypeOfferings", found, arguments)

    def _describe_spot_price_history(self, region, arguments):
        assert arguments["ProductDescriptions"] == ["Linux/UNIX"]
        found = [
            {
                "InstanceType": "m7g.large",
                "AvailabilityZone": f"{region}{zone}",
                "SpotPrice": usd,
                "Timestamp": datetime(2026, 11, 24, hour, tzinfo=UTC),
            }
            for zone, usd, hour in (("a", "0.031", 1), ("a", "0.033", 2), ("b", "0.029000", 1))
        ]
        return self._page("SpotPriceHistory", found, arguments)

    def _get_products(self, region, arguments):
        assert region == "us-east-1", "the Price List API answers in us-east-1"
        asked = {item["Field"]: item["Value"] for item in arguments["Filters"]}
        if asked.get("productFamily") == "Dedicated Host":
            return self._page("PriceList", self.hosts, arguments)
        assert asked["operatingSystem"] == "Linux"
        assert asked["tenancy"] == "Shared"
        return self._page("PriceList", self.products, arguments)

    def _describe_savings_plans_offering_rates(self, region, arguments):
        assert region == "us-east-1"
        page = int(arguments.get("nextToken", 0))
        last = page + 1 >= len(self.rate_pages)
        return {"searchResults": self.rate_pages[page], "nextToken": "" if last else str(page + 1)}

    def _describe_capacity_block_offerings(self, region, arguments):
        found = [
            {
                "InstanceType": arguments["InstanceType"],
                "AvailabilityZone": zone,
                "CapacityBlockDurationHours": hours,
                "UpfrontFee": fee,
                "InstanceCount": 1,
            }
            for zone, hours, fee in self.blocks.get(arguments["InstanceType"], [])
        ]
        return self._page("CapacityBlockOfferings", found, arguments)

    def _list_service_quotas(self, region, arguments):
        assert arguments["ServiceCode"] == "ec2"
        return self._page("Quotas", self.quotas, arguments)


def _recorded():
    """A few DescribeInstanceTypes records as AWS gave them."""
    path = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = json.load(file)
    return [records[name] for name in ("m7g.large", "m8g.large", "mac2.metal", "p5.48xlarge", "g6f.large")]


class _FakeClient:
    """A client whose calls are checked against AWS's own description of the service, answers too."""

    def __init__(self, aws, service, region):
        self._aws, self._service, self._region = aws, service, region

    def __getattr__(self, operation):
        model = _operation(self._service, operation)

        def call(**arguments):
            _check(arguments, model.input_shape, f"{operation}: arguments")
            answer = self._aws.answer(self._service, self._region, operation, arguments)
            _check(answer, model.output_shape, f"{operation}: answer of the fake")
            return answer

        return call

    def get_paginator(self, operation):
        name = _operation(self._service, operation).name
        config = _SESSION.get_paginator_model(self._service).get_paginator(name)
        return Paginator(getattr(self, operation), config, _operation(self._service, operation))


_SESSION = botocore.session.Session()


@cache
def _operations(service):
    model = _SESSION.get_service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def _operation(service, name):
    assert name in _operations(service), f"{service} has no operation {name}"
    return _operations(service)[name]


def _check(values, shape, what):
    """What botocore itself refuses: names and types that the service does not have."""
    values = {name: value for name, value in values.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(values, shape)
    assert not report.has_errors(), f"{what}: {report.generate_report()}"


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
