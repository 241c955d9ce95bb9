resource "aws_iam_outbound_web_identity_federation" "this" {}

resource "aws_iam_role_policy" "node" {
  name   = "tokens-for-azure"
  role   = "node"
  policy = file("permissions.json")
}

resource "azuread_application" "ec2_pulls" {
  display_name     = "ec2-pulls"
  sign_in_audience = "AzureADMyOrg"
}

resource "azuread_service_principal" "ec2_pulls" {
  client_id = azuread_application.ec2_pulls.client_id
}

resource "azuread_application_federated_identity_credential" "ec2_pulls" {
  application_id = azuread_application.ec2_pulls.id
  display_name   = "ec2"
  issuer         = "https://56789012-bbbb-4ccc-8ddd-123456789012.tokens.sts.global.api.aws"
  subject        = "arn:aws:iam::123456789012:role/node"
  audiences      = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "ec2_pulls" {
  scope                = "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/myreg"
  role_definition_name = "AcrPull"
  principal_id         = azuread_service_principal.ec2_pulls.object_id
}
