"""The resource types of Pixy's templates, each made by the calls of the service's own API, which moto answers.

botocore refuses a property that the API does not have, so a template that passes here names what exists. Where a template and the
API write something differently, it is said here; everything else goes over as it is.
"""

import json
import os
import ssl
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config

resource_types = {}


def named(resource_type):
    def register(kind):
        kind.resource_type = resource_type
        resource_types[resource_type] = kind
        return kind

    return register


def make_resource(resource_type, logical_id, physical_name, properties, resource_map):
    resource = resource_types[resource_type](resource_map._region_name)
    resource.logical_resource_id = logical_id
    resource.cf_resource_type = resource_type
    resource.type = resource_type
    resource.physical_name = physical_name
    resource.stack_id = resource_map.stack_id
    resource.made_from = properties
    resource.attributes = {}
    resource.make(properties)
    return resource


clients = {}


def client_of(service, region):
    """Making one takes longer than most calls."""
    if (service, region) not in clients:
        config = Config(retries={"max_attempts": 1}, read_timeout=180, max_pool_connections=50)
        clients[service, region] = boto3.client(
            service, region_name=region, endpoint_url=os.environ["STAND_IN_URL"], config=config
        )
    return clients[service, region]


class Resource:
    service = None
    resource_type = None

    def __init__(self, region):
        self.region = region

    @property
    def api(self):
        return client_of(self.service, self.region)

    @classmethod
    def has_cfn_attr(cls, attribute):
        return True

    def get_cfn_attribute(self, attribute):
        return self.attributes[attribute]

    def is_created(self):
        return True

    def change(self, properties):
        """What has no call of its own is replaced under the same name."""
        self.remove()
        self.make(properties)


def tags(properties):
    """By their names. Some types of CloudFormation write them so, the others as a list."""
    written = properties.get("Tags", {})
    return written if isinstance(written, dict) else {tag["Key"]: tag["Value"] for tag in written}


def listed_tags(properties, prefix=""):
    """As most APIs take them."""
    return [{f"{prefix}Key": name, f"{prefix}Value": value} for name, value in tags(properties).items()]


def without(properties, *names):
    return {name: value for name, value in properties.items() if name not in names}


@named("AWS::DynamoDB::GlobalTable")
class GlobalTable(Resource):
    """Of one region, which is what Pixy has."""

    service = "dynamodb"

    def make(self, properties):
        [replica] = properties["Replicas"]
        sse = properties.get("SSESpecification", {})
        self.physical_resource_id = properties.get("TableName", self.physical_name)
        rest = without(properties, "Replicas", "SSESpecification", "TimeToLiveSpecification", "TableName")
        table = self.api.create_table(
            **rest,
            TableName=self.physical_resource_id,
            SSESpecification={"Enabled": sse["SSEEnabled"], "SSEType": sse["SSEType"]},
            DeletionProtectionEnabled=replica.get("DeletionProtectionEnabled", False),
            Tags=listed_tags(replica),
        )["TableDescription"]
        self.attributes = {"Arn": table["TableArn"], "TableId": table.get("TableId", ""), "StreamArn": ""}
        self.settings(properties)

    def settings(self, properties):
        [replica] = properties["Replicas"]
        name = self.physical_resource_id
        if "TimeToLiveSpecification" in properties:
            self.api.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
        self.api.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=replica["PointInTimeRecoverySpecification"]
        )

    def change(self, properties):
        [replica] = properties["Replicas"]
        self.api.update_table(
            TableName=self.physical_resource_id, DeletionProtectionEnabled=replica.get("DeletionProtectionEnabled", False)
        )
        self.settings(properties)

    def remove(self):
        self.api.delete_table(TableName=self.physical_resource_id)


@named("AWS::KMS::Key")
class Key(Resource):
    service = "kms"

    def make(self, properties):
        made = self.api.create_key(
            Policy=json.dumps(properties["KeyPolicy"]),
            Description=properties.get("Description", ""),
            KeyUsage=properties.get("KeyUsage", "ENCRYPT_DECRYPT"),
            KeySpec=properties.get("KeySpec", "SYMMETRIC_DEFAULT"),
            Tags=listed_tags(properties, "Tag"),
        )["KeyMetadata"]
        self.physical_resource_id = made["KeyId"]
        self.attributes = {"Arn": made["Arn"], "KeyId": made["KeyId"]}
        if properties.get("EnableKeyRotation"):
            self.api.enable_key_rotation(KeyId=self.physical_resource_id)

    def change(self, properties):
        self.api.update_key_description(KeyId=self.physical_resource_id, Description=properties.get("Description", ""))

    def remove(self):
        self.api.schedule_key_deletion(KeyId=self.physical_resource_id, PendingWindowInDays=30)


@named("AWS::SSM::Parameter")
class Parameter(Resource):
    service = "ssm"

    def make(self, properties):
        self.physical_resource_id = properties["Name"]
        self.api.put_parameter(**without(properties, "Tags"), Tags=listed_tags(properties))
        self.attributes = {"Type": properties["Type"], "Value": properties["Value"]}

    def change(self, properties):
        self.api.put_parameter(**without(properties, "Tags"), Overwrite=True)

    def remove(self):
        self.api.delete_parameter(Name=self.physical_resource_id)


@named("AWS::Logs::LogGroup")
class LogGroup(Resource):
    service = "logs"

    def make(self, properties):
        name = self.physical_resource_id = properties.get("LogGroupName", self.physical_name)
        self.api.create_log_group(logGroupName=name, tags=tags(properties))
        [found] = self.api.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        self.attributes = {"Arn": f"{found['arn'].removesuffix(':*')}:*"}
        self.change(properties)

    def change(self, properties):
        self.api.put_retention_policy(
            logGroupName=self.physical_resource_id, retentionInDays=properties["RetentionInDays"]
        )

    def remove(self):
        self.api.delete_log_group(logGroupName=self.physical_resource_id)


@named("AWS::Logs::MetricFilter")
class MetricFilter(Resource):
    service = "logs"

    def make(self, properties):
        self.physical_resource_id = self.physical_name
        self.change(properties)

    def change(self, properties):
        transformations = [transformation(one) for one in properties["MetricTransformations"]]
        self.log_group = properties["LogGroupName"]
        self.api.put_metric_filter(
            logGroupName=self.log_group,
            filterName=self.physical_resource_id,
            filterPattern=properties["FilterPattern"],
            metricTransformations=transformations,
        )

    def remove(self):
        self.api.delete_metric_filter(logGroupName=self.log_group, filterName=self.physical_resource_id)


def transformation(properties):
    written = {f"{name[0].lower()}{name[1:]}": value for name, value in properties.items()}
    if "dimensions" in written:
        written["dimensions"] = {one["Key"]: one["Value"] for one in written["dimensions"]}
    return written


@named("AWS::CloudWatch::Alarm")
class Alarm(Resource):
    service = "cloudwatch"

    def make(self, properties):
        self.physical_resource_id = properties.get("AlarmName", self.physical_name)
        self.change(properties)
        [found] = self.api.describe_alarms(AlarmNames=[self.physical_resource_id])["MetricAlarms"]
        self.attributes = {"Arn": found["AlarmArn"]}

    def change(self, properties):
        self.api.put_metric_alarm(**without(properties, "AlarmName"), AlarmName=self.physical_resource_id)

    def remove(self):
        self.api.delete_alarms(AlarmNames=[self.physical_resource_id])


@named("AWS::CloudWatch::Dashboard")
class Dashboard(Resource):
    service = "cloudwatch"

    def make(self, properties):
        self.physical_resource_id = properties.get("DashboardName", self.physical_name)
        self.change(properties)

    def change(self, properties):
        json.loads(properties["DashboardBody"])
        self.api.put_dashboard(
            **without(properties, "DashboardName", "Tags"),
            DashboardName=self.physical_resource_id,
            Tags=listed_tags(properties),
        )

    def remove(self):
        self.api.delete_dashboards(DashboardNames=[self.physical_resource_id])


@named("AWS::Events::Rule")
class Rule(Resource):
    service = "events"

    def make(self, properties):
        self.physical_resource_id = properties.get("Name", self.physical_name)
        self.change(properties)

    def change(self, properties):
        rule = self.api.put_rule(**without(properties, "Targets", "Name"), Name=self.physical_resource_id)
        self.attributes = {"Arn": rule["RuleArn"]}
        self.targets = properties.get("Targets", [])
        if self.targets:
            self.api.put_targets(Rule=self.physical_resource_id, Targets=self.targets)

    def remove(self):
        if self.targets:
            self.api.remove_targets(Rule=self.physical_resource_id, Ids=[target["Id"] for target in self.targets])
        self.api.delete_rule(Name=self.physical_resource_id)


@named("AWS::IAM::Role")
class Role(Resource):
    service = "iam"

    def make(self, properties):
        name = self.physical_resource_id = properties.get("RoleName", self.physical_name)[:64]
        role = self.api.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            **{given: properties[given] for given in ("Description", "Path", "MaxSessionDuration", "Tags") if given in properties},
        )["Role"]
        self.attributes = {"Arn": role["Arn"], "RoleId": role["RoleId"]}
        self.put(properties)

    def put(self, properties):
        self.inline = [policy["PolicyName"] for policy in properties.get("Policies", [])]
        for policy in properties.get("Policies", []):
            self.api.put_role_policy(
                RoleName=self.physical_resource_id,
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )
        self.managed = properties.get("ManagedPolicyArns", [])
        for arn in self.managed:
            self.api.attach_role_policy(RoleName=self.physical_resource_id, PolicyArn=arn)

    def clear(self):
        for policy in self.inline:
            self.api.delete_role_policy(RoleName=self.physical_resource_id, PolicyName=policy)
        for arn in self.managed:
            self.api.detach_role_policy(RoleName=self.physical_resource_id, PolicyArn=arn)

    def change(self, properties):
        self.clear()
        self.put(properties)
        self.api.update_assume_role_policy(
            RoleName=self.physical_resource_id, PolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"])
        )

    def remove(self):
        self.clear()
        self.api.delete_role(RoleName=self.physical_resource_id)


@named("AWS::IAM::Policy")
class Policy(Resource):
    """An inline policy of roles."""

    service = "iam"

    def make(self, properties):
        self.physical_resource_id = properties["PolicyName"]
        self.roles = properties["Roles"]
        for role in self.roles:
            self.api.put_role_policy(
                RoleName=role,
                PolicyName=self.physical_resource_id,
                PolicyDocument=json.dumps(properties["PolicyDocument"]),
            )

    def remove(self):
        for role in self.roles:
            self.api.delete_role_policy(RoleName=role, PolicyName=self.physical_resource_id)


@named("AWS::Lambda::Function")
class Function(Resource):
    service = "lambda"

    def make(self, properties):
        name = self.physical_resource_id = properties.get("FunctionName", self.physical_name)[:64]
        made = self.api.create_function(
            **without(properties, "FunctionName", "Tags"), FunctionName=name, Tags=tags(properties)
        )
        self.attributes = {"Arn": made["FunctionArn"]}

    def change(self, properties):
        self.api.update_function_configuration(
            **without(properties, "FunctionName", "Tags", "Code", "Architectures"), FunctionName=self.physical_resource_id
        )
        self.api.update_function_code(
            FunctionName=self.physical_resource_id, **properties["Code"], Architectures=properties["Architectures"]
        )

    def remove(self):
        self.api.delete_function(FunctionName=self.physical_resource_id)


@named("AWS::Lambda::Version")
class Version(Resource):
    service = "lambda"

    def make(self, properties):
        made = self.api.publish_version(FunctionName=properties["FunctionName"])
        function = made["FunctionArn"].split(":function:")
        self.physical_resource_id = f"{function[0]}:function:{function[1].split(':')[0]}:{made['Version']}"
        self.attributes = {"Version": made["Version"], "FunctionArn": self.physical_resource_id}

    def remove(self):
        """A version goes with its function; Lambda keeps the others, and so does this."""


@named("AWS::Lambda::Permission")
class Permission(Resource):
    service = "lambda"

    def make(self, properties):
        self.physical_resource_id = self.physical_name
        self.function = properties["FunctionName"]
        self.api.add_permission(**properties, StatementId=self.physical_resource_id)

    def remove(self):
        self.api.remove_permission(FunctionName=self.function, StatementId=self.physical_resource_id)


class HttpApiPart(Resource):
    service = "apigatewayv2"


@named("AWS::ApiGatewayV2::Api")
class Api(HttpApiPart):
    def make(self, properties):
        made = self.api.create_api(**properties)
        self.physical_resource_id = made["ApiId"]
        self.attributes = {"ApiId": made["ApiId"], "ApiEndpoint": made["ApiEndpoint"]}

    def change(self, properties):
        self.api.update_api(ApiId=self.physical_resource_id, **without(properties, "ProtocolType", "Tags"))

    def remove(self):
        self.api.delete_api(ApiId=self.physical_resource_id)


@named("AWS::ApiGatewayV2::Stage")
class Stage(HttpApiPart):
    def make(self, properties):
        self.physical_resource_id = properties["StageName"]
        self.of_api = properties["ApiId"]
        self.api.create_stage(**properties)

    def remove(self):
        self.api.delete_stage(ApiId=self.of_api, StageName=self.physical_resource_id)


@named("AWS::ApiGatewayV2::Integration")
class Integration(HttpApiPart):
    def make(self, properties):
        self.of_api = properties["ApiId"]
        self.physical_resource_id = self.api.create_integration(**properties)["IntegrationId"]

    def change(self, properties):
        self.api.update_integration(**properties, IntegrationId=self.physical_resource_id)

    def remove(self):
        self.api.delete_integration(ApiId=self.of_api, IntegrationId=self.physical_resource_id)


@named("AWS::ApiGatewayV2::Route")
class Route(HttpApiPart):
    def make(self, properties):
        self.of_api = properties["ApiId"]
        self.physical_resource_id = self.api.create_route(**properties)["RouteId"]

    def change(self, properties):
        self.api.update_route(**properties, RouteId=self.physical_resource_id)

    def remove(self):
        self.api.delete_route(ApiId=self.of_api, RouteId=self.physical_resource_id)


class Responses(BaseHTTPRequestHandler):
    """Where a custom resource puts its answer: the pre-signed URL of S3 on AWS."""

    answers = {}
    arrived = threading.Condition()

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with Responses.arrived:
            Responses.answers[self.path] = body
            Responses.arrived.notify_all()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads them."""


class CustomResource(Resource):
    """Calls the function that the token names, as CloudFormation does, and waits for its answer."""

    service = "lambda"
    seconds = 60

    def make(self, properties):
        self.physical_resource_id = None
        self.ask("Create", properties)

    def change(self, properties):
        self.ask("Update", properties, OldResourceProperties=self.made_from)

    def remove(self):
        self.ask("Delete", self.made_from)

    def ask(self, request, properties, **more):
        path = f"/{uuid.uuid4()}"
        event = {
            "RequestType": request,
            "RequestId": path[1:],
            "StackId": self.stack_id,
            "ResponseURL": f"https://localhost:{os.environ['STAND_IN_ANSWER_PORT']}{path}",
            "ResourceType": self.cf_resource_type,
            "LogicalResourceId": self.logical_resource_id,
            "ResourceProperties": properties,
            **more,
        }
        if self.physical_resource_id is not None:
            event["PhysicalResourceId"] = self.physical_resource_id
        self.api.invoke(FunctionName=properties["ServiceToken"], InvocationType="Event", Payload=json.dumps(event))
        with Responses.arrived:
            Responses.arrived.wait_for(lambda: path in Responses.answers, self.seconds)
            answer = Responses.answers.pop(path, None)
        if answer is None:
            raise Exception("CloudFormation did not receive a response from your Custom Resource")
        if answer["Status"] != "SUCCESS":
            raise Exception(f"Received response status [FAILED] from custom resource. Message returned: {answer.get('Reason')}")
        self.physical_resource_id = answer["PhysicalResourceId"]
        self.attributes = answer.get("Data") or {}


named("Custom::Trigger")(CustomResource)


def serve_responses(certificate, key):
    """Over TLS, as a custom resource expects. Returns the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Responses)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
