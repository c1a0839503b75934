/* Exercice : client UDP. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    const char *messageEnvoi = "Hello world !\n";
    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET};

    /* Étape 1 : créer un socket SOCK_DGRAM. Un échec ? Le dire (perror), et terminer avec EXIT_FAILURE. */

    /* Étape 2 : remplir l'adresse du serveur, avec inet_pton et htons. */

    /* Étape 3 : envoyer les octets de messageEnvoi (strlen) par un seul sendto, tester son résultat. */

    /* Étape 4 : afficher le nombre d'octets envoyés, fermer le socket, terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "client_udp : à compléter (%s, port %d : %zu octets, adresse de %zu octets)\n", ADRESSE, PORT,
            strlen(messageEnvoi), sizeof(pointDeRencontreDistant));
    return EXIT_FAILURE;
}
