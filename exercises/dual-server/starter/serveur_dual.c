/* Exercice : serveur TCP, IPv4 et IPv6. */
#include <netdb.h>      /* getnameinfo, NI_MAXHOST, NI_MAXSERV */
#include <netinet/in.h> /* struct sockaddr_in6, in6addr_any, IPV6_V6ONLY */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 8080
#define LG_MESSAGE 256

static const char messageReponse[] = "Bonjour, message bien reçu !"; /* ce fichier est en UTF-8 : 29 octets */

int main(void)
{
    printf("Port %d, messages d'au plus %d octets, réponse de %zu octets\n", PORT, LG_MESSAGE, strlen(messageReponse));

    /* Étape 1 : créer un socket d'écoute qui accepte les clients des deux familles (socket, setsockopt, bind, listen). */

    /* Étape 2 : dans une boucle sans fin, accepter un client. Son adresse demande une struct sockaddr_storage. */

    /* Étape 3 : afficher l'adresse et le port du client en chiffres (getnameinfo). */

    /* Étape 4 : recevoir son message, et l'afficher avec son nombre d'octets. */

    /* Étape 5 : envoyer la réponse, afficher le nombre d'octets envoyés, et fermer le socket de dialogue. */

    fprintf(stderr, "serveur_dual : à compléter\n");
    return EXIT_FAILURE;
}
