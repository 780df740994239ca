"""Deploys templates inside moto's CloudFormation as the service does: in the order of their references, with roll-back.

moto creates in the order of the file, knows no roll-back, no RetainExceptOnCreate, and few of the types that Pixy's templates have.
Types that resources.py knows are made there; the rest (the bucket and the roles of `cdk bootstrap`) stays moto's.
"""

import re

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

from resources import make_resource, resource_types

moto_class_of = parsing.resource_class_from_type


def class_of(resource_type):
    return resource_types.get(resource_type) or moto_class_of(resource_type)


def references(value):
    """The logical ids that a part of a template refers to."""
    if isinstance(value, list):
        return {name for one in value for name in references(one)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner[0] if isinstance(inner, list) else inner.split(".")[0])
        elif key == "Fn::Sub":
            text = inner[0] if isinstance(inner, list) else inner
            found |= {name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
            found |= references(inner[1]) if isinstance(inner, list) else set()
        else:
            found |= references(inner)
    return found


def in_order(resources):
    """The logical ids, each after what it depends on."""
    done = []

    def visit(name):
        if name in done:
            return
        depends = resources[name].get("DependsOn", [])
        depends = {depends} if isinstance(depends, str) else set(depends)
        for other in sorted(depends | references(resources[name].get("Properties", {}))):
            if other in resources:
                visit(other)
        done.append(name)

    for name in resources:
        visit(name)
    return done


class Failed(Exception):
    """A resource could not be made, changed or removed."""

    def __init__(self, name, resource_type, reason):
        super().__init__(reason)
        self.name, self.resource_type, self.reason = name, resource_type, str(reason)


def deploy(resource_map, template):
    """Makes the resources of `template`, changes those whose properties differ, and removes the others. Raises Failed."""
    wanted = template["Resources"]
    before = dict(resource_map._resource_json_map) if resource_map._parsed_resources else {}
    resource_map._template = template
    resource_map.load_mapping()
    resource_map.load_parameters()
    resource_map.load_conditions()
    resource_map._resource_json_map = wanted
    made = resource_map._parsed_resources
    for name in in_order(wanted):
        condition = wanted[name].get("Condition")
        if condition and not resource_map.lazy_condition_map[condition]:
            continue
        try:
            make_or_change(resource_map, name, wanted[name])
        except Exception as error:
            raise Failed(name, wanted[name]["Type"], error) from error
    for name in reversed([name for name in made_order(resource_map) if name not in wanted]):
        remove(resource_map, name, before.get(name, {}))


def made_order(resource_map):
    return [name for name in resource_map._parsed_resources if hasattr(resource_map._parsed_resources[name], "made_from")]


def make_or_change(resource_map, name, described):
    """One resource. What moto makes itself is made once and left alone."""
    made = resource_map._parsed_resources
    resource_type = described["Type"]
    if resource_type not in resource_types:
        if name not in made and class_of(resource_type):
            made[name] = parsing.parse_and_create_resource(
                name, described, resource_map, resource_map._account_id, resource_map._region_name
            )
            made[name].made_from = {}
        return
    properties = parsing.clean_json(described.get("Properties", {}), resource_map)
    existing = made.get(name)
    if existing is None:
        physical = parsing.generate_resource_name(resource_type, resource_map["AWS::StackName"], name)
        made[name] = make_resource(resource_type, name, physical, properties, resource_map)
    elif existing.made_from != properties:
        existing.change(properties)
        existing.made_from = properties


def remove(resource_map, name, described):
    """Removes a resource, unless its policy keeps it. A reference to it no longer resolves either way."""
    resource = resource_map._parsed_resources.pop(name)
    if described.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
        return
    if hasattr(resource, "remove"):
        resource.remove()
    else:
        resource_map._delete_resource(resource, described)


def roll_back_creation(resource_map):
    """What a first deployment made is removed again, unless it is retained whatever happens."""
    described = resource_map._resource_json_map
    for name in reversed(made_order(resource_map)):
        policy = described[name].get("DeletionPolicy")
        remove(resource_map, name, {"DeletionPolicy": "Retain" if policy == "Retain" else "Delete"})


def add_event(stack, name, resource_type, status, reason):
    stack.events.append(
        models.Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=name,
            physical_resource_id="",
            resource_type=resource_type,
            resource_status=status,
            resource_status_reason=reason,
            resource_properties=None,
        )
    )


def without_resolved(parameters, template):
    """For "the previous value", moto hands over what a parameter of Parameter Store was resolved to, and would resolve that again."""
    types = {name: described["Type"] for name, described in template.get("Parameters", {}).items()}
    return {name: value for name, value in parameters.items() if not types[name].startswith("AWS::SSM::Parameter")}


def execute_change_set(self, change_set_name, stack_name=None):
    """In place of CloudFormationBackend.execute_change_set."""
    change_set = self.describe_change_set(change_set_name)
    stack = self.stacks[change_set.stack_id]
    kind = change_set.change_set_type
    stack._add_stack_event(f"{kind}_IN_PROGRESS", resource_status_reason="User Initiated")
    previous = stack.template
    stack.template = change_set.template
    stack.cross_stack_resources.clear()
    stack.cross_stack_resources.update(self.exports)
    stack.resource_map.cross_stack_resources = stack.cross_stack_resources
    stack._parse_template()
    stack.resource_map.input_parameters = without_resolved(change_set.parameters, stack.template_dict)
    try:
        deploy(stack.resource_map, stack.template_dict)
    except Failed as failed:
        add_event(stack, failed.name, failed.resource_type, f"{kind}_FAILED", failed.reason)
        if kind == "CREATE":
            roll_back_creation(stack.resource_map)
            stack.status = "ROLLBACK_COMPLETE"
        else:
            stack.template = previous
            stack._parse_template()
            deploy(stack.resource_map, stack.template_dict)
            stack.status = "UPDATE_ROLLBACK_COMPLETE"
        change_set.execution_status = "EXECUTE_FAILED"
        stack._add_stack_event(stack.status)
        return
    stack.description = stack.template_dict.get("Description")
    stack.output_map = stack._create_output_map()
    for export in stack.exports:
        self.exports[export.name] = export
    stack.parameters = change_set.parameters
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack.status = f"{kind}_COMPLETE"
    stack._add_stack_event(stack.status)


def delete(self):
    """In place of ResourceMap.delete: in reverse order."""
    for name in reversed(made_order(self)):
        remove(self, name, self._resource_json_map[name])


def delete_stack(self, name_or_stack_id):
    """In place of CloudFormationBackend.delete_stack, which forgets termination protection and exports that others use."""
    stack = next((one for one in self.stacks.values() if name_or_stack_id in (one.name, one.stack_id)), None)
    if stack is None:
        return
    if stack.enable_termination_protection:
        raise models.ValidationError(stack.name, f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    mine = {export.name for export in stack.exports}
    others = [one for one in self.stacks.values() if one is not stack and one.template_dict]
    used = {name for one in others for name in mine if f'"{name}"' in one.template}
    if used:
        raise models.ValidationError(stack.name, f"Export {sorted(used)[0]} cannot be deleted as it is in use")
    stack.delete()
    for name in mine:
        self.exports.pop(name, None)
    self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


class ChangeSetNotFound(CloudFormationError):
    """The CDK's command waits for it after it has deleted a change set."""

    code = "ChangeSetNotFound"


def describing(describe_change_set):
    """moto says of a change set that is not there that its stack does not exist."""

    def describe(self, change_set_name):
        try:
            return describe_change_set(self, change_set_name)
        except models.ValidationError as error:
            raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist") from error

    return describe


def delete_change_set(self, change_set_name):
    """In place of CloudFormationBackend.delete_change_set, which fails for one that is not there; the service does not."""
    for one, change_set in list(self.change_sets.items()):
        if change_set_name in (one, change_set.change_set_name):
            del self.change_sets[one]


def made_only(resource_map):
    return [resource_map._parsed_resources[name] for name in made_order(resource_map)]


def update_termination_protection(self):
    """An action that moto lacks."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = str(self._get_param("EnableTerminationProtection")).lower() == "true"
    return ActionResult({"StackId": stack.stack_id})


def install():
    parsing.resource_class_from_type = class_of
    parsing.ResourceMap.delete = delete
    models.CloudFormationBackend.execute_change_set = execute_change_set
    CloudFormationResponse.update_termination_protection = update_termination_protection
    # Whoever asks in the middle of a deployment gets what is there, and does not make the rest.
    models.Stack.stack_resources = property(lambda stack: made_only(stack.resource_map))
    models.CloudFormationBackend.describe_change_set = describing(models.CloudFormationBackend.describe_change_set)
    models.CloudFormationBackend.delete_change_set = delete_change_set
    models.CloudFormationBackend.delete_stack = delete_stack
